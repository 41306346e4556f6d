/**
 * The chart becomes in Helm what it becomes in our tests: their renderer is held to Helm itself, or where
 * there is none to what Helm's engine is made of.
 */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  chartDirectory,
  mergeValues,
  objectsIn,
  readChartFiles,
  renderChart,
  SEVERAL_BENCHES,
  SMALL_VALUES,
  VALUES,
} from "./chart.ts";
import type { Manifest, Values } from "./chart.ts";
import { renderTemplates } from "./chart-template.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("the chart's rendering");

const VALUE_SETS: Record<string, Values> = {
  "the least that must be said": VALUES,
  "an external database, no backup, no Gateway": SMALL_VALUES,
  "an external database with a backup": { ...SMALL_VALUES, backup: VALUES.backup },
  "no bench, and so no router": { ...VALUES, gateway: { enabled: false }, router: { benches: [] } },
  "several benches": SEVERAL_BENCHES,
  "values that need quotes": {
    ...VALUES,
    namespace: "1234",
    mariadb: { cpu: "1.5", memory: "16Gi", storageGib: 2000 },
    reconcilers: ["a@1.example", "o'neill@example.com", "c@d.e"],
    quota: { pods: 1_000_000, limitsCpu: "1" },
  },
};

const directory = temporaryDirectory();
test.after(() => {
  rmSync(directory, { recursive: true, force: true });
});

type Engine = (values: Values) => Map<string, string>;

const engine = hasProgram("helm") ? helm : buildGoEngine();
for (const [name, values] of Object.entries(VALUE_SETS)) {
  const sentence = `${name}: Helm makes the same objects`;
  if (typeof engine === "string") {
    skip(test, sentence, "helm", engine);
    continue;
  }
  test(sentence, () => {
    const theirs = engine(values);
    for (const [path, text] of renderChart(values)) {
      assert.equal(inOrder(text), inOrder(theirs.get(path) ?? ""), path);
    }
  });
}

/** A template's objects in one order, for Helm sorts them by what they are. */
function inOrder(text: string): Manifest[] {
  const name = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
  return objectsIn(text).toSorted((left, right) => name(left).localeCompare(name(right)));
}

function hasProgram(name: string): boolean {
  return spawnSync(name, ["version"]).error === undefined;
}

function helm(values: Values): Map<string, string> {
  const file = join(directory, "values.json");
  writeFileSync(file, JSON.stringify(values));
  const args = ["template", "kairos-cluster", chartDirectory, "--namespace=kairos-system"];
  const text = run("helm", [...args, "--kube-version=1.33.0", `--values=${file}`], "");
  const rendered = new Map<string, string>();
  for (const document of text.split(/^---\n/m)) {
    const path = /^# Source: kairos-cluster\/(.+)$/m.exec(document)?.[1] ?? "";
    rendered.set(path, `${rendered.get(path) ?? ""}---\n${document}`);
  }
  return rendered;
}

/** Debian's packages lie in one GOPATH, so nothing is fetched. */
function buildGoEngine(): Engine | string {
  if (!hasProgram("go")) return "there is neither helm nor go on the PATH";
  const program = join(directory, "go-templates");
  const source = new URL("../fixtures/go-templates/main.go", import.meta.url).pathname;
  const offline = { GO111MODULE: "off", GOPATH: "/usr/share/gocode", GOPROXY: "off", GOFLAGS: "" };
  const env = { ...process.env, ...offline, GOCACHE: join(directory, "go-cache") };
  const { status, stderr } = spawnSync("go", ["build", "-o", program, source], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) return `there is no helm, and go lacks sprig: ${stderr.trim().split("\n")[0]}`;
  return (values) => {
    const input = {
      templates: Object.fromEntries(readChartFiles("templates")),
      files: Object.fromEntries(readChartFiles("files")),
      values: mergeValues(values),
    };
    const rendered = JSON.parse(run(program, [], JSON.stringify(input))) as Record<string, string>;
    return new Map(Object.entries(rendered));
  };
}

function run(program: string, args: string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}

for (const [what, template] of Object.entries({
  "a function that it does not know": "{{ .Values.a | upper }}",
  "a value that is not there": "{{ .Values.a.c }}",
  "a file that the chart has not": '{{ .Files.Get "files/none" }}',
  "a definition that is not there": '{{ include "none" . }}',
  "an action that it does not know": "{{ with .Values.a }}{{ end }}",
  "a block without an end": "{{ if .Values.a }}",
  "an end without a block": "{{ end }}",
  "an object as text": "{{ .Values.a }}",
  "a number that Helm would have as a float": "{{ .Values.number }}",
  "a value by way of the dot within a range": "{{ range .Values.list }}{{ .Values.a.b }}{{ end }}",
})) {
  test(`the renderer refuses ${what}`, () => {
    const scope = {
      values: { a: { b: "x" }, list: [1], number: 1 },
      files: new Map<string, string>(),
    };
    assert.throws(() => renderTemplates(new Map([["one.yaml", template]]), scope));
  });
}

test.run();
