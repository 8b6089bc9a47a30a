import { Terminal } from "@xterm/xterm";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onlyFromPerson, refuseRequests } from "./silence";

/** What hostile output tries: each asks for a reply or reaches for something outside of the screen. */
const corpus: Record<string, string> = {
  "primary attributes": "\x1b[c",
  "primary attributes, with a number": "\x1b[0c",
  "secondary attributes": "\x1b[>c",
  "tertiary attributes": "\x1b[=c",
  identify: "\x1bZ",
  status: "\x1b[5n",
  cursor: "\x1b[6n",
  "cursor, private": "\x1b[?6n",
  printer: "\x1b[?15n",
  "size of the window in pixels": "\x1b[14t",
  "size of a cell": "\x1b[16t",
  "size of the window in characters": "\x1b[18t",
  "title of the window": "\x1b[21t",
  "titles put by and taken back": "\x1b[22;0t\x1b[23;0t",
  parameters: "\x1b[x",
  mode: "\x1b[4$p",
  "private mode": "\x1b[?2004$p",
  "checksum of a rectangle": "\x1b[1;1;1;1;5;5*y",
  presentation: "\x1b[1$w",
  version: "\x1b[>0q",
  keyboard: "\x1b[?u",
  graphics: "\x1b[?1;1;0S",
  setting: "\x1bP$qm\x1b\\",
  "setting of the margins": "\x1bP$qr\x1b\\",
  capability: "\x1bP+q544e\x1b\\",
  answerback: "\x05",
  title: "\x1b]0;owned\x07",
  icon: "\x1b]1;owned\x07",
  "title, ended otherwise": "\x1b]2;owned\x1b\\",
  "colour of the palette": "\x1b]4;1;?\x07",
  "several colours": "\x1b]4;0;?;1;?;2;?\x07",
  "colour of the text": "\x1b]10;?\x07",
  "colour of the ground": "\x1b]11;?\x07",
  "colours of text, ground and cursor": "\x1b]10;?;?;?\x07",
  "colour of the cursor": "\x1b]12;?\x07",
  "a colour that is set": "\x1b]11;#ff0000\x07",
  "clipboard, written": "\x1b]52;c;b3duZWQ=\x07",
  "clipboard, read": "\x1b]52;c;?\x07",
  "clipboard of another kind": "\x1b]5522;type=read\x07",
  link: "\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07",
  notice: "\x1b]9;owned\x07\x1b]777;notify;a;b\x07",
  file: "\x1b]1337;File=name=eA==;inline=1:AAAA\x07",
  "everything with eight bits": "\u009bc\u009b6n\u009d11;?\u009c\u0090$qm\u009c",
};

/** Comes together with other modes, so that it is not refused: that it says something by itself is the other control's. */
const focusReports = "\x1b[?1004h";

let root: HTMLElement;
let clipboard: { writeText: ReturnType<typeof vi.fn>; readText: ReturnType<typeof vi.fn> };

beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  document.title = "ours";
  clipboard = { writeText: vi.fn(), readText: vi.fn() };
  vi.stubGlobal("matchMedia", () => ({ matches: false, addListener: vi.fn(), removeListener: vi.fn() }));
  vi.stubGlobal("navigator", Object.assign(Object.create(navigator) as object, { clipboard }));
});

afterEach(() => {
  root.remove();
  vi.unstubAllGlobals();
});

function taken(terminal: Terminal, text: string): Promise<void> {
  return new Promise((resolve) => {
    terminal.write(text, resolve);
  });
}

const bare = (): Terminal => new Terminal({ allowProposedApi: true, logLevel: "off" });

test("the corpus is alive: an emulator without our controls answers to it", async () => {
  const terminal = bare();
  let said = "";
  terminal.onData((data) => (said += data));
  for (const sequence of Object.values(corpus)) await taken(terminal, sequence);
  for (const reply of [
    "\x1b[?1;2c",
    "\x1b[>0;276;0c",
    "\x1b[0n",
    "\x1b[1;1R",
    "\x1b[?1;1R",
    "\x1bP1$r0m",
    "\x1b[4;2$y",
  ]) {
    expect(said).toContain(reply);
  }
  terminal.dispose();
});

test.each(Object.entries(corpus))("requests are refused: %s", async (_name, sequence) => {
  const terminal = bare();
  const said: string[] = [];
  const titles: string[] = [];
  terminal.onData((data) => said.push(data));
  terminal.onTitleChange((title) => titles.push(title));
  refuseRequests(terminal);
  await taken(terminal, sequence);
  expect([said, titles]).toEqual([[], []]);
  terminal.dispose();
});

test("what the emulator says by itself does not leave, even where a request is not refused", async () => {
  const terminal = bare();
  const send = vi.fn();
  onlyFromPerson(terminal, send);
  for (const sequence of [...Object.values(corpus), focusReports]) await taken(terminal, sequence);
  expect(send).not.toHaveBeenCalled();
  terminal.input("ls\r", true);
  expect(send.mock.calls.map(([bytes]) => new TextDecoder().decode(bytes as Uint8Array))).toEqual(["ls\r"]);
  // The next thing that nobody typed stays here again.
  terminal.input("reply", false);
  expect(send).toHaveBeenCalledTimes(1);
  terminal.dispose();
});

test("with both controls nothing is sent, and title, clipboard, colours and links stay as they are", async () => {
  const terminal = bare();
  const send = vi.fn();
  const bell = vi.fn();
  refuseRequests(terminal);
  onlyFromPerson(terminal, send);
  terminal.onBell(bell);
  const whole = [...Object.values(corpus), focusReports].join("text");
  await taken(terminal, whole);
  // However it is cut.
  for (const character of whole) await taken(terminal, character);
  expect(send).not.toHaveBeenCalled();
  expect(document.title).toBe("ours");
  expect(clipboard.writeText).not.toHaveBeenCalled();
  expect(clipboard.readText).not.toHaveBeenCalled();
  expect(bell).not.toHaveBeenCalled();
  expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toContain("text");
  terminal.dispose();
});

test("what a screen needs is obeyed: colours, the cursor, the other screen, bracketed paste, the mouse", async () => {
  const terminal = bare();
  refuseRequests(terminal);
  await taken(terminal, "\x1b[?1049h\x1b[?2004h\x1b[?1000h\x1b[3;5H\x1b[31mred");
  expect(terminal.buffer.active.type).toBe("alternate");
  expect(terminal.modes).toMatchObject({ bracketedPasteMode: true, mouseTrackingMode: "vt200" });
  expect(terminal.buffer.active.getLine(2)?.translateToString(true)).toBe("    red");
  terminal.dispose();
});

test("pasted text is bracketed as the host asked", async () => {
  const terminal = bare();
  const said: string[] = [];
  terminal.open(root);
  onlyFromPerson(terminal, (bytes) => said.push(new TextDecoder().decode(bytes)));
  terminal.paste("a\nb");
  await taken(terminal, "\x1b[?2004h");
  terminal.paste("a\nb");
  expect(said).toEqual(["a\rb", "\x1b[200~a\rb\x1b[201~"]);
  terminal.dispose();
});
