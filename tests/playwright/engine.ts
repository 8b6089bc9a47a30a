/**
 * The engine behind a page: the development server on a workspace, and hosts for it. Owns the processes; they end with
 * the test. The programs are built before the tests (`cargo xtask test` does) and named by the environment.
 */

import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export interface Engine {
  /** The address of the window's files, with the token. */
  address: string;
  /** Asks the engine as the page does. */
  call(command: string, args: object): Promise<unknown>;
  stop(): Promise<void>;
}

export interface LoopbackFleet {
  workspace: string;
  folder: string;
  hosts: string[];
  /** Ends sshd and its sessions at once, as hosts that die do; the answer starts it again on the same port. */
  vanish(): () => Promise<void>;
  stop(): Promise<void>;
}

/** Where a program lies that the tests need. */
export function program(name: "SERVE" | "SEED" | "LOOPBACK_FLEET" | "CLI" | "FILES"): string {
  const path = process.env[`MILLWRIGHT_${name}`];
  if (path === undefined) throw new Error(`MILLWRIGHT_${name} is not set: run these tests by \`cargo xtask test\``);
  return path;
}

/** Serves a workspace, in another environment if one is given. */
export async function serve(workspace: string, environment: Record<string, string> = {}): Promise<Engine> {
  const words = [workspace, program("FILES"), "0"];
  const env = { ...process.env, ...environment };
  const child = spawn(program("SERVE"), words, { stdio: ["pipe", "pipe", "inherit"], env });
  const address = await firstLine(child);
  const token = address.split("#token=")[1] ?? "";
  return {
    address,
    async call(command, args) {
      const response = await fetch(new URL("/rpc", address), {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ command, arguments: args, task: 1 }),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new Error(`${command}: ${JSON.stringify(answer)}`);
      return answer;
    },
    stop: () => stopped(child),
  };
}

/** A made-up fleet; none of its hosts exists. */
export async function seed(clients: number, hosts: number, events = 0): Promise<{ workspace: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "millwright-seed-"));
  const workspace = join(folder, "workspace");
  const words = [workspace, clients, hosts, events].map(String);
  const child = spawn(program("SEED"), words, { stdio: ["pipe", "pipe", "inherit"] });
  await firstLine(child);
  return { workspace, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Real sshds on loopback, and a workspace that trusts them. */
export async function loopbackFleet(count: number): Promise<LoopbackFleet> {
  const child = spawn(program("LOOPBACK_FLEET"), [String(count)], { stdio: ["pipe", "pipe", "inherit"] });
  const { workspace, folder, hosts } = JSON.parse(await firstLine(child)) as LoopbackFleet;
  let again: ChildProcess | undefined;
  return {
    workspace,
    folder,
    hosts,
    vanish() {
      const processes = sshdsUnder(child.pid ?? 0);
      const [listener] = processes;
      if (listener === undefined) throw new Error("no sshd runs");
      for (const { id } of processes) process.kill(id, "SIGKILL");
      return async () => {
        again = spawn(listener.program, listener.words, { stdio: "ignore" });
        await new Promise((resolve) => again?.once("spawn", resolve));
      };
    },
    async stop() {
      again?.kill("SIGKILL");
      await ended(child);
    },
  };
}

interface Sshd {
  id: number;
  program: string;
  words: string[];
}

/** The processes of sshd that descend from one, the listener first. */
function sshdsUnder(ancestor: number): Sshd[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = /^PPid:\t(\d+)$/m.exec(readIfThere(`/proc/${name}/status`))?.[1];
    if (parent !== undefined) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
  }
  const found: Sshd[] = [];
  for (const queue = [ancestor]; queue.length > 0;) {
    const below = children.get(queue.shift() ?? 0) ?? [];
    queue.push(...below);
    for (const id of below) {
      if (!readIfThere(`/proc/${String(id)}/comm`).startsWith("sshd")) continue;
      // It writes its state around its words, as one text.
      const words = /-D -f \S+ -E \S+/.exec(readIfThere(`/proc/${String(id)}/cmdline`).replaceAll("\0", " "));
      found.push({ id, program: readlinkSync(`/proc/${String(id)}/exe`), words: words?.[0].split(" ") ?? [] });
    }
  }
  return found;
}

/** Processes come and go while one looks. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

async function firstLine(child: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${child.spawnfile} ended with ${String(code)}`)));
  });
}

async function stopped(child: Child): Promise<void> {
  child.kill("SIGTERM");
  await gone(child);
}

/** Its stdin is what it lives by. */
async function ended(child: Child): Promise<void> {
  child.stdin.end();
  await gone(child);
}

async function gone(child: Child): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once("exit", resolve));
  }
}
