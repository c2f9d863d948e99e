// The desk's own script: what a Mini App says to Telegram, and what Telegram says to it, as
// https://core.telegram.org/api/web-events describes. Without it every page works in a browser.
// It is loaded beside the page, and runs when all of that is there.
(() => {
  "use strict";

  const root = document.documentElement;
  const inFrame = window.parent !== window;
  const proxy = window.TelegramWebviewProxy;
  const inTelegram = () => sessionStorage.getItem("telegram") === "yes";

  // What Telegram gives is behind the #, for the first page alone.
  const given = new URLSearchParams(location.hash.slice(1));
  const data = given.get("tgWebAppData");
  if (data !== null) {
    keep("telegram", "yes");
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  function keep(name, value) {
    if (value) sessionStorage.setItem(name, value);
  }

  function post(event, fields = {}) {
    if (proxy) proxy.postEvent(event, JSON.stringify(fields));
    else if (inFrame) window.parent.postMessage(JSON.stringify({ eventType: event, eventData: fields }), "*"); // no secrets
  }

  // What Telegram says.
  const heard = {
    theme_changed: (fields) => { paintAs(JSON.stringify(fields?.theme_params)); },
    back_button_pressed: () => { location.assign(root.querySelector("[data-home]")?.href ?? "."); },
  };
  const hear = (event, fields) => heard[event]?.(typeof fields === "string" ? JSON.parse(fields || "{}") : fields);
  window.Telegram = { WebView: { receiveEvent: hear } };
  window.TelegramGameProxy = { receiveEvent: hear };
  window.addEventListener("message", (message) => {
    if (message.source !== window.parent || typeof message.data !== "string") return;
    try {
      const { eventType, eventData } = JSON.parse(message.data);
      hear(eventType, eventData);
    } catch { /* not Telegram's */ }
  });

  // Text that was typed and not sent: who closes the page is asked.
  let unsaved = false;
  function note(is) {
    if (is === unsaved) return;
    unsaved = is;
    post("web_app_setup_closing_behavior", { need_confirmation: is });
  }
  document.addEventListener("input", (event) => { if (event.target.name !== "tab" && event.target.closest?.("[data-unsaved]")) note(true); });
  const renew = () => document.querySelector("[data-unsaved]")?.dispatchEvent(new Event("input", { bubbles: true }));
  window.addEventListener("load", () => { // what was typed before this or htmx was there
    const form = document.querySelector("[data-unsaved]");
    const typed = [...(form?.elements ?? [])].some((field) => field.matches("textarea, [id^=title-]") && field.value !== field.defaultValue);
    if (unsaved || typed) renew();
  });
  const picture = document.getElementById("file");
  const brings = () => (picture?.files.length ?? 0) > 0;
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) note(brings()); }); // what was typed is kept, and no file
  picture?.addEventListener("change", () => { // said before so much is sent, for nothing
    const large = brings() && picture.files[0].size > Number(picture.dataset.most);
    picture.setCustomValidity(large ? picture.dataset.large : "");
    picture.reportValidity();
  });
  for (const failed of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) { // the line was away, or Redis: again
    document.addEventListener(failed, (event) => {
      const { status } = event.detail.xhr;
      if (status === 0 || status >= 500) setTimeout(() => { if (unsaved) renew(); }, 3000);
    });
  }
  document.addEventListener("submit", (event) => {
    note(false);
    // Sent twice it would be one act; but nobody should wonder.
    setTimeout(() => event.target.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
  });
  window.addEventListener("beforeunload", (event) => { if (unsaved && !inTelegram()) event.preventDefault(); });
  window.addEventListener("pageshow", (event) => { // back to a page whose form was sent
    if (event.persisted) document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; });
  });

  // The language that one wrote in is the one that is seen when the page comes again.
  document.addEventListener("change", (event) => { if (event.target.name === "tab") keep("tab", event.target.value); });
  const tab = document.getElementById("tab-" + sessionStorage.getItem("tab"));
  if (tab !== null && document.querySelector(".theirs") === null) tab.checked = true;

  // Buttons above a text put marks around what is chosen in it.
  function setMark(area, mark) {
    const { selectionStart: from, selectionEnd: to, value } = area;
    const chosen = value.slice(from, to);
    let text = mark + chosen + mark;
    if (mark.startsWith("[")) text = "[" + chosen + "](https://)";
    if (mark === "- ") text = (from > 0 && value[from - 1] !== "\n" ? "\n" : "") + chosen.split("\n").map((line) => "- " + line).join("\n");
    area.setRangeText(text, from, to, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-mark]");
    if (button) setMark(document.getElementById(button.parentElement.dataset.marks), button.dataset.mark);
  });
  document.querySelectorAll("[data-marks]").forEach((bar) => { bar.hidden = false; });

  if (data === null && !inTelegram()) return;
  post("web_app_ready");
  post("web_app_expand");
  post("web_app_setup_swipe_behavior", { allow_vertical_swipe: false });
  post("web_app_setup_back_button", { is_visible: root.querySelector("[data-home]") !== null });
  const form = document.getElementById("enter");
  if (form === null || data === null) return;
  form.elements.data.value = data;
  form.submit();
})();
