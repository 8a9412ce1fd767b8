/** A number with its digits as they were written, because a double would change them: 12345678901234567890, 1.10. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

/** A value of JSON. A number that a double would change is an ExactNumber. */
export type JsonValue =
  | null
  | boolean
  | number
  | ExactNumber
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Longer exponents are compared as they are written: no number in use has one. */
const LONGEST_EXPONENT = 15;

/**
 * Whether two JSON numbers are the same decimal: 1, 1.0 and 10e-1 are, and so are 0 and -0; 12345678901234567890 and
 * 12345678901234567891 are not, though they are the same double.
 */
export function isSameNumber(first: string, second: string): boolean {
  return first === second || canonical(first) === canonical(second);
}

/** Sign, digits without zeros at either end, and the power of ten that they are multiplied by. */
function canonical(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  if (exponent.length > LONGEST_EXPONENT) return text.toLowerCase();
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = whole + fraction;
  // By hand: a pattern such as /0+$/ takes quadratic time over a long run of zeros.
  let from = 0;
  let to = digits.length;
  while (from < to && digits[from] === '0') from += 1;
  while (to > from && digits[to - 1] === '0') to -= 1;
  if (from === to) return '0';
  return `${sign}${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`;
}
