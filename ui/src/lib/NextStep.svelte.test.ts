import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import FaultPanel from "./FaultPanel.svelte";
import NextStep from "./NextStep.svelte";

const clipboard = vi.hoisted(() => ({ copyText: vi.fn(() => Promise.resolve(true)) }));
vi.mock("./clipboard", () => clipboard);

const command = "sudo dpkg --install /home/a/.local/share/millwright/updates/packages/millwright-0.9.1.deb";
const of = (hint: string) => ({ code: "update_install_failed", message: "dpkg ended with 2", hint }) as const;

test("a command in a hint stands as code, without its backticks, and can be copied", async () => {
  const { container } = render(FaultPanel, { fault: of(`Or put it in yourself: \`${command}\`.`) });
  expect(screen.getByText(command).tagName).toBe("CODE");
  expect(container.textContent).toContain(`Next: Or put it in yourself: ${command}`);
  expect(container.textContent).not.toContain("`");
  await fireEvent.click(screen.getByRole("button", { name: "Copy the command" }));
  expect(clipboard.copyText).toHaveBeenCalledExactlyOnceWith(command);
});

test("a single word is nothing to copy, and no quote is markup", () => {
  const { container } = render(NextStep, { fault: of("See that `sh` and `<img src=x>` are there; <b>now</b>.") });
  expect(screen.getByText("sh").tagName).toBe("CODE");
  expect(container.querySelector("img, b")).toBeNull();
  expect(screen.getAllByRole("button").length).toBe(1);
});
