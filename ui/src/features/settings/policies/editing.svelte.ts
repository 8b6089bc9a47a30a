/** A policy's text that is being written: what was kept, what is wrong with it, and a draft that no restart loses. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { CheckedPolicy, Diagnostic, Policy } from "$backend/generated/commands";
import { policyOf } from "$backend/policies";
import { Checker, type Outcome } from "$lib/editor/check";
import { forgetDraft, keepDraft, keptDraft } from "$lib/editor/drafts";
import { templates } from "./templates";

const keepMilliseconds = 400;

export class PolicyEditing {
  text = $state("");
  /** What is kept; null where there is no policy. */
  kept = $state<string | null>(null);
  /** When the text was typed, if an earlier visit left it unsaved. */
  restoredFrom = $state<string | null>(null);
  /** What the engine said last, of whatever text. */
  outcome = $state.raw<Outcome<CheckedPolicy> | null>(null);
  busy = $state(false);
  fault = $state.raw<Fault | null>(null);

  readonly #draftName: string;
  readonly #checker = new Checker<CheckedPolicy>(
    (text) => backend.call("policy_check", { text }),
    (outcome) => (this.outcome = outcome),
  );
  #keepTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    readonly client: string | null,
    workspace: string,
    kept: string | null,
  ) {
    this.#draftName = `${workspace} policy ${client ?? ""}`.trim();
    this.kept = kept;
    const draft = keptDraft(this.#draftName);
    this.text = draft?.text ?? this.beginning;
    this.restoredFrom = this.changed ? (draft?.at ?? null) : null;
    void this.#checker.now(this.text);
  }

  static async open(client: string | null): Promise<PolicyEditing> {
    const [workspace, policies] = await Promise.all([
      backend.call("workspace_show", {}),
      backend.call("policy_list", {}),
    ]);
    return new PolicyEditing(client, workspace.folder, policyOf(policies, client)?.text ?? null);
  }

  /** What stands when nothing is typed: what is kept, or what one begins with. */
  get beginning(): string {
    return this.kept ?? templates[0]?.text ?? "";
  }

  get changed(): boolean {
    return this.text !== this.beginning;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.outcome?.check?.diagnostics ?? [];
  }

  /** What the text says, when nothing is wrong with it as it stands. */
  get policy(): Policy | null {
    return this.outcome?.text === this.text ? (this.outcome.check?.policy ?? null) : null;
  }

  edit(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.#checker.soon(text);
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => {
      this.keepNow();
    }, keepMilliseconds);
  }

  /** Keeps what is not saved, before anything can happen to the window. */
  keepNow(): void {
    clearTimeout(this.#keepTimer);
    if (this.changed) {
      keepDraft(this.#draftName, { text: this.text, follows: this.kept, at: new Date().toISOString() });
    } else forgetDraft(this.#draftName);
  }

  /** Back to what is kept; what it answers is the text that was given up. */
  discard(): string {
    const { text } = this;
    this.restoredFrom = null;
    this.edit(this.beginning);
    this.keepNow();
    return text;
  }

  /** Keeps the text, or with null no policy; answers what was kept before, undefined where that failed. */
  async put(text: string | null): Promise<string | null | undefined> {
    if (this.busy) return undefined;
    const { kept, text: typed } = this;
    this.busy = true;
    this.fault = null;
    try {
      await backend.call("policy_set", { client: this.client, text });
      this.kept = text;
      this.restoredFrom = null;
      // What was typed while the engine wrote is a newer text.
      if (this.text === typed) this.edit(text ?? this.beginning);
      this.keepNow();
      return kept;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  close(): void {
    this.keepNow();
    this.#checker.stop();
  }
}
