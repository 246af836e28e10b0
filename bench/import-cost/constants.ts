// Constants that another module's hot loop needs.
export const MULTIPLIER = 0x9e3779b1;
export const MASK = 0xffff;
export const OFFSETS: Uint8Array = Uint8Array.of(0, 4, 8, 12);
