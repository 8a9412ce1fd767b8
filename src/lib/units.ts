/* Apart from quantities, which bring with them how words are compared: hosts of module flows read units too. */

/** ms in one of each unit of time. */
export const TIME_UNITS = {
  ns: 1e-6,
  us: 1e-3,
  // The micro sign and the Greek letter look alike; keyboards have one or the other.
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
} as const;

/** Bytes in one of each unit of size: KB is decimal, KiB binary. */
export const SIZE_UNITS = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
} as const;
