/**
 * How far a download is: one line that is written over at a terminal, a line now and then elsewhere.
 *
 * @module
 */
export interface Output {
  isTTY?: boolean | undefined;
  write: (text: string) => unknown;
}

/** Call it with how many bytes of how many are there. */
export function showProgress(output: Output, title: string, total: number) {
  const atTerminal = output.isTTY === true;
  const step = atTerminal ? 1 : 10;
  let shown = -1;
  return (bytes: number): void => {
    const percent = Math.floor((bytes / total) * 100);
    const isDone = bytes >= total;
    if (percent < shown + step && !(isDone && shown < 100)) return;
    shown = percent;
    const line = `${title}: ${String(percent).padStart(3)} % of ${Math.round(total / 1e6)} MB`;
    output.write(atTerminal ? `\r${line}${isDone ? "\n" : ""}` : `${line}\n`);
  };
}
