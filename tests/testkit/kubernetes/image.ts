/**
 * An archive of images for a machine without a registry: this machine's own programs and the fake bench,
 * packed as `docker save` does it. The same machine gives the same bytes.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemFiles, writeOwnFiles } from "./image-files.ts";

/** An image, all of which have the same files. */
export interface Image {
  name: string;
  /** What it runs where a container says nothing. */
  command?: string[];
  entrypoint?: string[];
  env?: Record<string, string>;
  workingDirectory?: string;
}

/** Without what would differ from run to run. */
const REPRODUCIBLE = ["--sort=name", "--mtime=@0", "--numeric-owner", "--no-acls", "--no-xattrs"];

/** Packs images into an archive in a directory, and gives its path. */
export async function packImages(directory: string, images: Image[]): Promise<string> {
  const archive = join(directory, "images");
  mkdirSync(archive);
  const root = join(directory, "image-root");
  writeOwnFiles(root);
  const layers = ["own.tar", "system.tar"];
  // The links that a file system begins with first, then what lies behind them.
  tar([...REPRODUCIBLE, "--create", "--file", join(archive, "own.tar"), "--directory", root, "."]);
  const files = systemFiles();
  const system = ["--create", "--file", join(archive, "system.tar"), "--directory", "/"];
  const list = ["--dereference", "--owner=0", "--group=0", "--no-recursion"];
  tar([...REPRODUCIBLE, ...system, ...list, "--null", "--files-from=-"], files.join("\0"));
  const diffIds = await Promise.all(
    layers.map(async (layer) => `sha256:${await sha256(join(archive, layer))}`),
  );
  const manifest = images.map((image, index) => {
    const file = `${index}.json`;
    writeFileSync(join(archive, file), JSON.stringify(toConfiguration(image, diffIds)));
    return { Config: file, RepoTags: [image.name], Layers: layers };
  });
  writeFileSync(join(archive, "manifest.json"), JSON.stringify(manifest));
  const path = join(directory, "images.tar");
  tar([...REPRODUCIBLE, "--create", "--file", path, "--directory", archive, "."]);
  return path;
}

/** https://github.com/moby/docker-image-spec */
function toConfiguration(image: Image, diffIds: string[]): unknown {
  const { command, entrypoint, env = {}, workingDirectory = "/" } = image;
  return {
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: {
      ...(command && { Cmd: command }),
      ...(entrypoint && { Entrypoint: entrypoint }),
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      WorkingDir: workingDirectory,
    },
    rootfs: { type: "layers", diff_ids: diffIds },
    history: diffIds.map(() => ({ created: "1970-01-01T00:00:00Z" })),
  };
}

function tar(args: string[], input = ""): void {
  const { status, stderr, error } = spawnSync("tar", args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`tar: ${error?.message ?? stderr}`);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  if (statSync(path).size === 0) throw new Error(`${path} is empty`);
  return hash.digest("hex");
}
