// Starts the islands of a page. `cargo xtask build` appends this to the module that wasm-bindgen makes, so
// that script is one request, and puts the hashed name of the wasm in place. A module that imports itself gets
// its own exports, without asking the server again.
import(import.meta.url).then(async (islands) => {
  await islands.default({ module_or_path: new URL("./islands.wasm", import.meta.url) });
  for (const island of document.querySelectorAll("leptos-island")) {
    islands[island.dataset.component](island);
  }
});
