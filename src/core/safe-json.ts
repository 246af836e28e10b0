// JSON that a terminal may read: what comes from packets never steers it.

/** JSON in which no control character of a terminal is left as it is, C1 and those of direction included. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}]/gu, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x1_0000) return `\\u${code.toString(16).padStart(4, "0")}`;
    return [...Array(character.length).keys()].map((unit) => `\\u${character.charCodeAt(unit).toString(16)}`).join("");
  });
}
