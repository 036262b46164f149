import { render } from "preact";
import { App } from "./app.js";
import { html } from "./html.js";

const page = document.getElementById("page");
if (page !== null) {
  page.replaceChildren();
  render(html`<${App} />`, page);
}
