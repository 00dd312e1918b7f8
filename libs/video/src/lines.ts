import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is cut: tool output is short, and hostile tags must not grow without bound. Characters. */
const maxLineLength = 8_192;

/** Turns chunks into lines, holding at most one unfinished line. An unfinished last line is given up by `end`. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  readonly write = (chunk: Buffer): void => {
    const lines = (this.rest + this.decoder.write(chunk)).split('\n');
    this.rest = (lines.pop() ?? '').slice(0, maxLineLength);
    for (const line of lines) if (line !== '') this.onLine(line.slice(0, maxLineLength));
  };

  readonly end = (): void => {
    if (this.rest !== '') this.onLine(this.rest);
    this.rest = '';
  };
}
