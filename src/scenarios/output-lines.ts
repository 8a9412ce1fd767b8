import { StringDecoder } from 'node:string_decoder';

/** Characters kept of a line: of a longer one the beginning. */
const LONGEST = 16 * 1024;

/**
 * The lines of a stream that comes in chunks, cut anywhere. A line ends with \n, \r\n, or \r alone, as those of progress
 * bars do. One that has not ended yet is told as far as it goes, each time that more of it has come.
 */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #tell: (line: string, ended: boolean) => void;
  #line = '';
  #afterReturn = false;

  constructor(tell: (line: string, ended: boolean) => void) {
    this.#tell = tell;
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
    if (this.#line !== '') this.#tell(this.#line, false);
  }

  /** The stream is over: so is its last line. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#line !== '') this.#endLine();
  }

  #take(text: string): void {
    if (text === '') return;
    // The \n of a \r\n that two chunks share.
    const [first = '', ...others] = (this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text).split(
      /\r\n|\n|\r/,
    );
    this.#afterReturn = text.endsWith('\r');
    this.#add(first);
    for (const line of others) {
      this.#endLine();
      this.#add(line);
    }
  }

  #add(part: string): void {
    this.#line += part.slice(0, LONGEST - this.#line.length);
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = '';
    this.#tell(line, true);
  }
}
