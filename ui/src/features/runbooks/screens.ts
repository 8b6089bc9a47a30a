import BookOpen from "@lucide/svelte/icons/book-open";
import FilePlus from "@lucide/svelte/icons/file-plus";
import Package from "@lucide/svelte/icons/package";
import type { Feature, Screen } from "$shell/feature";
import { navigate } from "$shell/router.svelte";
import { editorAddress } from "./editing/addresses";

const loadEditor: Screen["load"] = () => import("./editing/Editor.svelte");

export const feature: Feature = {
  screens: [
    {
      path: "/runbooks",
      title: "Runbooks",
      icon: BookOpen,
      railOrder: 40,
      key: "b",
      load: () => import("./Runbooks.svelte"),
    },
    { path: "/runbooks/:name", title: "Runbook", icon: BookOpen, load: () => import("./Runbooks.svelte") },
    { path: "/runbooks/recipe/:name", title: "Recipe", icon: Package, load: () => import("./Runbooks.svelte") },
    { path: "/runbooks/new", title: "New runbook", icon: BookOpen, load: loadEditor },
    { path: "/runbooks/new/:from", title: "Duplicate runbook", icon: BookOpen, load: loadEditor },
    { path: "/runbooks/edit/:name", title: "Edit runbook", icon: BookOpen, load: loadEditor },
    { path: "/runbooks/recipe/new", title: "New recipe", icon: Package, load: loadEditor },
    { path: "/runbooks/recipe/new/:from", title: "Duplicate recipe", icon: Package, load: loadEditor },
    { path: "/runbooks/recipe/edit/:name", title: "Edit recipe", icon: Package, load: loadEditor },
  ],
  actions: () => [
    {
      id: "runbook.new",
      title: "New runbook…",
      keywords: "write create support procedure toml",
      icon: FilePlus,
      run: () => {
        navigate(editorAddress({ shelf: "runbooks", kind: "new", from: null }));
      },
    },
    {
      id: "recipe.new",
      title: "New recipe…",
      keywords: "write create product installation toml",
      icon: FilePlus,
      run: () => {
        navigate(editorAddress({ shelf: "recipes", kind: "new", from: null }));
      },
    },
  ],
};
