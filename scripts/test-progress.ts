/**
 * How far a run of test files is: a counter before each file that has ended and, on a terminal, a last
 * line with those that run.
 *
 * @module
 */

export interface TestProgress {
  begin: (file: string) => void;
  /** Shows a file's result, counted, below what it printed if that is of interest. */
  end: (file: string, result: string, printed?: string) => void;
  /** Takes the last line away. */
  close: () => void;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write: (text: string) => unknown;
}

const ERASE_LINE = "\r\u001b[2K";

export function createTestProgress(total: number, output: Output): TestProgress {
  const running = new Set<string>();
  let ended = 0;

  function counter(): string {
    return `[${String(ended).padStart(String(total).length)}/${total}]`;
  }

  /** Writes a text above the last line. */
  function show(text: string): void {
    if (output.isTTY !== true) {
      output.write(text);
      return;
    }
    const names = [...running].map((file) => file.replace(/^.*\//, "").replace(/\.test\.ts$/, ""));
    const last = running.size === 0 ? "" : `${counter()} running ${names.join(", ")}`;
    // A line that wraps could not be erased. A terminal without a size says 0.
    output.write(`${ERASE_LINE}${text}${last.slice(0, (output.columns || 80) - 1)}`);
  }

  return {
    begin(file) {
      running.add(file);
      show("");
    },
    end(file, result, printed = "") {
      running.delete(file);
      ended += 1;
      show(`${printed}${counter()} ${result}\n`);
    },
    close: () => {
      running.clear();
      show("");
    },
  };
}
