export type RateResult =
  { readonly ok: true; readonly rate: number } | { readonly ok: false; readonly message: string };

/** As the JSON Schema of the config says it. */
export const RATE_PATTERN = '^\\s*(\\d+(\\.\\d+)?|\\.\\d+)\\s*/\\s*(s|min|h)\\s*$';

/** Seconds in one of each. */
const UNITS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };
const RATE = /^(\d+(?:\.\d+)?|\.\d+)\s*(?:\/\s*(\p{L}+))?$/u;
/** Starts per second that no machine makes: a slip of the pen. */
const FASTEST = 100_000;

/** Reads `50/s`, `300/min` or `1000/h` as starts per second. A number without a unit is refused. */
export function parseRate(text: string): RateResult {
  const written = text.trim();
  const [whole, number, unit] = RATE.exec(written) ?? [];
  if (whole === undefined || number === undefined) {
    return refuse(`${text} is no rate; write it as 50/s, 300/min or 1000/h`);
  }
  if (unit === undefined) return refuse(rateWithoutUnit(number));
  const seconds = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (seconds === undefined) return refuse(`${text}: there is no unit /${unit}; write /s, /min or /h`);
  const rate = Number(number) / seconds;
  if (rate === 0) return refuse(`${text} starts no flow at all; write more than 0`);
  if (rate > FASTEST) return refuse(`${text} is more than ${FASTEST}/s`);
  return { ok: true, rate };
}

/** What to say of a number without a unit. */
export function rateWithoutUnit(number: string | number): string {
  return `${number} needs a unit: write ${number}/s or ${number}/min`;
}

function refuse(message: string): RateResult {
  return { ok: false, message };
}
