/**
 * The button that makes a file of the tenants that are filtered.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import type { TenantFilters } from "../../routing/route.ts";
import { readCsv, saveFile } from "./csv-download.ts";

export function CsvButton({ filters, total }: { filters: TenantFilters; total: number }) {
  const [said, setSaid] = useState("");
  const [running, setRunning] = useState<AbortController | null>(null);
  useEffect(() => () => running?.abort(), [running]);

  async function download(): Promise<void> {
    const controller = new AbortController();
    setRunning(controller);
    setSaid("Reading…");
    try {
      const parts = await readCsv(
        filters,
        (count, all) => setSaid(`${count.toLocaleString()} of ${all.toLocaleString()} read`),
        controller.signal,
      );
      saveFile(`tenants-${new Date().toISOString().slice(0, 10)}.csv`, parts);
      setSaid("The file is made.");
    } catch (error) {
      setSaid(controller.signal.aborted ? "Stopped: no file was made." : (error as Error).message);
    } finally {
      setRunning(null);
    }
  }

  return (
    <span class="copy">
      {running !== null ? (
        <button type="button" onClick={() => running.abort()}>
          Stop
        </button>
      ) : (
        <button type="button" disabled={total === 0} onClick={() => void download()}>
          CSV of these {total.toLocaleString()}
        </button>
      )}
      <span role="status">{said}</span>
    </span>
  );
}
