/**
 * Progress of several things at once, one line each. On a terminal each line is rewritten in place;
 * elsewhere every change is a line of its own.
 *
 * @module
 */

export interface Progress {
  show: (name: string, text: string) => void;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write: (text: string) => unknown;
}

export function createProgress(output: Output, names: readonly string[]): Progress {
  const texts = new Map(names.map((name) => [name, ""]));
  const width = Math.max(...names.map((name) => name.length));
  let isDrawn = false;

  function line(name: string): string {
    const text = `${name.padEnd(width)}  ${texts.get(name) ?? ""}`;
    // A line that wraps could not be rewritten.
    return output.isTTY === true ? text.slice(0, (output.columns ?? 80) - 1) : text;
  }

  function draw(): void {
    const up = isDrawn ? `\u001b[${names.length}A` : "";
    output.write(up + names.map((name) => `\u001b[2K${line(name)}\n`).join(""));
    isDrawn = true;
  }

  return {
    show(name, text) {
      if (texts.get(name) === text) return;
      texts.set(name, text);
      if (output.isTTY === true) draw();
      else output.write(`${line(name)}\n`);
    },
  };
}
