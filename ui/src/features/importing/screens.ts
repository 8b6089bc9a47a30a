import FileInput from "@lucide/svelte/icons/file-input";
import type { Feature } from "$shell/feature";
import { navigate } from "$shell/router.svelte";

export const feature: Feature = {
  screens: [{ path: "/import", title: "Import", icon: FileInput, load: () => import("./Importing.svelte") }],
  actions: () => [
    {
      id: "import",
      title: "Import hosts…",
      keywords: "csv ssh config ansible inventory onboard",
      icon: FileInput,
      run: () => {
        navigate("/import");
      },
    },
  ],
};
