// What a value is beyond its text, as pdml2flow has it: numbers in Python's forms are numbers, True and False are booleans.
import type { PdmlValue } from "./observer.ts";

/** JSON's own form of a number, to be printed as it stands. */
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const DIGITS = String.raw`\d+(?:_\d+)*`;
/** What Python takes for a whole number, or one with a point: its sign, both sides of the point, the exponent. */
const PYTHON_NUMBER = new RegExp(
  `^[ \\t-\\r\\x1c-\\x1f]*([+-]?)(?:(${DIGITS})(\\.(?:${DIGITS})?)?|(\\.${DIGITS}))([eE][+-]?${DIGITS})?[ \\t-\\r\\x1c-\\x1f]*$`,
);

/** The JSON form of a text that Python takes for a number: "007" is 7, ".5" is 0.5; null where it is none. nan and inf are texts. */
export function numberText(text: string): string | null {
  if (JSON_NUMBER.test(text)) return text;
  const parts = PYTHON_NUMBER.exec(text);
  if (parts === null) return null;
  const [, sign, whole = "0", point = "", pointAlone = "", exponent = ""] = parts;
  const places = (point + pointAlone).replaceAll("_", "");
  const digits = whole.replaceAll("_", "").replace(/^0+(?=\d)/, "");
  return `${sign === "-" ? "-" : ""}${digits}${places === "." ? ".0" : places}${exponent.replaceAll("_", "")}`;
}

/** The value of a text. */
export function convertedValue(text: string): PdmlValue {
  if (text === "True") return true;
  if (text === "False") return false;
  const number = numberText(text);
  return number === null ? text : Number(number);
}
