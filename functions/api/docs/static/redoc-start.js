/** Starts ReDoc on the page that loads this. A file of its own, for the page allows no inline script. */
const element = document.querySelector("#api");

// Its own fonts would have to come from elsewhere.
const fontFamily = "system-ui, sans-serif";

globalThis.Redoc.init(
  element.dataset.openapi,
  { theme: { typography: { fontFamily, headings: { fontFamily } } } },
  element,
);
