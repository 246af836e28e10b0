// PdmlObserver: a program's own functions that hear of frames and flows; plug-ins are made of it. The shape is that of track's FlowObserver.

/** A value as pdml2flow has it: texts that are numbers are numbers, True and False are booleans. */
export type PdmlValue = string | number | boolean;

/** Nested by the dots of field names; leaves are `raw` and, where labels were asked for, `show`. */
export type PdmlObject = { [name: string]: PdmlObject | (PdmlValue | PdmlObject)[] };

/** One object that is used again, valid during the call only; `toObject` makes a copy. */
export interface FrameView {
  /** 1, 2, ...: which frame of the input. */
  readonly number: number;
  /** `frame.time_epoch`, seconds since 1970. */
  readonly time: number;
  /** The names of its fields that have a value, each once, in the order of their coming. */
  fields(): readonly string[];
  /** The values of a field, in the order of the frame; empty where it has none. Texts as they stand in the input. */
  values(field: string): readonly string[];
  toObject(): PdmlObject;
}

/** The same for a flow: all of its frames so far. Values are there as long as the flow is. */
export interface PdmlFlowView {
  /** 1, 2, ...: in the order in which flows began. Stays the same through the life of a flow. */
  readonly id: number;
  /** The names of the key's fields. */
  readonly keyFields: readonly string[];
  /** The values of the key's fields, in their order; empty where the flow's frames have none. */
  readonly key: readonly (readonly string[])[];
  readonly frames: number;
  /** Seconds since 1970 of its oldest and newest frame. */
  readonly start: number;
  readonly end: number;
  /**
   * Why it ended: silent for the timeout, the input's end, the run was called off, or flows held more memory than they may and it was
   * silent the longest; null while it lives.
   */
  readonly endReason: "idle" | "end" | "interrupted" | "memory" | null;
  /** The names of the fields that have a value in any of its frames, each once, in the order of their coming. */
  fields(): readonly string[];
  values(field: string): readonly string[];
  /** The object that `+json` prints. With frames kept apart (`-a`) an array of one object a frame. */
  toObject(): PdmlObject | PdmlObject[];
}

/**
 * What is to be called; each is optional. What a call throws ends the run, with the plug-in's name. A call may return a promise:
 * the run reads no further before it is kept (frames that have been read already are told of); views are not valid then any more.
 */
export interface PdmlObserver {
  /** A frame came; its flow is null where it has none of the key's fields. Called after `onFlowNew` of its flow. */
  readonly onFrame?: ((frame: FrameView, flow: PdmlFlowView | null) => void | Promise<void>) | undefined;
  readonly onFlowNew?: ((flow: PdmlFlowView, frame: FrameView) => void | Promise<void>) | undefined;
  /** A flow is complete. */
  readonly onFlowEnd?: ((flow: PdmlFlowView) => void | Promise<void>) | undefined;
  /** After the last flow. */
  readonly onClose?: (() => void | Promise<void>) | undefined;
}

/** What a plug-in writes on; text, UTF-8. The run waits where the reader is slow. */
export interface PluginOutput {
  write(text: string): void;
  /** One line of JSON, in which no control character is left as it is: a terminal may read it. */
  json(value: unknown): void;
}

/**
 * A plug-in is a module whose export `plugin` is this: its words behind `--plugin FILE` in, an observer out. It may also export
 * `words`, one line that says what words it takes; people see it where theirs are wrong.
 */
export type PdmlPlugin = (words: readonly string[], output: PluginOutput) => PdmlObserver;
