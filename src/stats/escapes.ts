/**
 * ECMA-48: CSI … final byte; OSC, DCS, SOS, PM and APC up to BEL or ST; other two-byte and longer escapes. In linear time,
 * which node:util's stripVTControlCharacters does not promise.
 */
const ESCAPES =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])(?:[^\u0007\u001B\u0090\u0098\u009C-\u009F]*(?:\u0007|\u001B\\|\u009C))?|\u001B[ -/]*[0-~]?/gu;

/** Without colours, cursor moves, links and whatever else a terminal would not show. */
export function withoutEscapes(text: string): string {
  return text.replace(ESCAPES, '');
}
