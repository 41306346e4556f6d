/**
 * Where the emulators are fetched from, and how what was fetched is known to be right.
 *
 * The numbers are taken as data from the npm package firebase-tools 14.27.0 (MIT licence, © Google),
 * `lib/emulator/downloadableEmulatorInfo.json`. It is the last version for Java below 21: firebase-tools
 * 15 refuses older ones, and so may the emulators that it fetches.
 *
 * @module
 */
import type { EmulatorName } from "../emulator-name.ts";

/** A file, and what makes it the right one. */
export interface Download {
  url: string;
  bytes: number;
  sha256: string;
}

export interface EmulatorDownload extends Download {
  version: string;
  /** The one entry that is wanted, where the file is a zip. */
  zipEntry?: RegExp;
}

const GOOGLE_STORAGE = "https://storage.googleapis.com/firebase-preview-drop/emulator";

export const EMULATOR_DOWNLOADS: Readonly<Record<EmulatorName, EmulatorDownload>> = {
  firestore: {
    version: "1.19.8",
    url: `${GOOGLE_STORAGE}/cloud-firestore-emulator-v1.19.8.jar`,
    bytes: 63_634_791,
    sha256: "9d43599ed6151199e8d604dc87fac51218e49e5f3a48519b1ae560bbe5e3382d",
  },
  pubsub: {
    version: "0.8.17",
    url: `${GOOGLE_STORAGE}/pubsub-emulator-0.8.17.zip`,
    bytes: 65_162_324,
    sha256: "72a49d14ee6cd4c1a0fee4a46f520fe4d7465396a155c61abc0103905047edd3",
    zipEntry: /^pubsub-emulator\/lib\/cloud-pubsub-emulator-[^/]+\.jar$/,
  },
};

/** `64 MB`. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
