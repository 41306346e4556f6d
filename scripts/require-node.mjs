// Loaded before every npm script, in plain JavaScript, so that an old Node gives one sentence
// instead of a syntax error from the first TypeScript file.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  console.error(
    `Kairos Control Plane needs Node 24.12 or newer, and this is ${process.versions.node}. ` +
      "Install it from https://nodejs.org; on Linux x64, `npm ci` without --omit=optional brings it along.",
  );
  process.exit(1);
}
