// What pages do beyond their HTML: suggestions, keys, the outline's place. All works without it.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  document.documentElement.classList.add("scripted");

  // A key of an input method is the method's own. Safari ends the composition before the key
  // arrives, which then has the code 229.
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const KINDS = { title: "标题", number: "文号", term: "词语", heading: "小标题" };

  // ---- suggestions: a combobox as the ARIA practices describe it
  const input = $("#q"), list = $("#suggestions");
  let sequence = 0, timer = 0, chosen = -1, inComposition = false;

  const options = () => all("li", list);
  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (number) => {
    const shown = options();
    chosen = (number + shown.length + 1) % (shown.length + 1);
    if (chosen === shown.length) chosen = -1;
    shown.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", shown[chosen].id);
    shown[chosen].scrollIntoView({ block: "nearest" });
  };
  const submit = (text) => {
    input.value = text;
    close();
    input.form.requestSubmit();
  };
  const show = (completions) => {
    list.replaceChildren(...completions.map(({ text, kind }, at) => {
      const option = document.createElement("li");
      option.id = `suggestion-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const words = document.createElement("span"), name = document.createElement("span");
      words.textContent = text;
      name.textContent = KINDS[kind] || "";
      name.className = "kind";
      option.append(words, name);
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => submit(text));
      return option;
    }));
    chosen = -1;
    list.hidden = !completions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    const mine = ++sequence, text = input.value.trim();
    if (!text || text.length > 60) return close();
    try {
      const answer = await fetch(`/api/v1/suggest?limit=8&q=${encodeURIComponent(text)}`);
      if (!answer.ok) return;
      const completions = await answer.json();
      // A late answer never overwrites a newer one, nor opens where nobody types any more.
      if (mine === sequence && document.activeElement === input) show(completions);
    } catch { /* without suggestions one types on */ }
  };
  const later = () => {
    clearTimeout(timer);
    sequence += 1;
    if (!inComposition) timer = setTimeout(ask, 80);
  };
  if (input) {
    const own = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions" };
    for (const [name, value] of Object.entries(own)) input.setAttribute(name, value);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "检索提示");
    input.addEventListener("compositionstart", () => { inComposition = true; clearTimeout(timer); });
    input.addEventListener("compositionend", () => { inComposition = false; later(); });
    input.addEventListener("input", (event) => { if (!event.isComposing && !inComposition) later(); });
    input.addEventListener("blur", () => { clearTimeout(timer); sequence += 1; close(); });
    input.addEventListener("keydown", (event) => {
      if (composing(event)) {
        if (event.key === "Enter" || event.keyCode === 229) event.stopPropagation();
        return;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) { if (event.key === "ArrowDown") ask(); return; }
        event.preventDefault();
        choose(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        submit(options()[chosen].firstChild.textContent);
      } else if (event.key === "Escape") {
        event.preventDefault();
        if (list.hidden) input.blur(); else close();
      }
    });
  }

  // ---- single keys, which can be turned off
  const OFF = "policysearch.keys";
  const store = { get off() { try { return localStorage.getItem(OFF) === "off"; } catch { return false; } },
    set off(value) { try { localStorage.setItem(OFF, value ? "off" : "on"); } catch { /* for this page */ } } };
  const toggle = $("#keys-off");
  if (toggle) {
    toggle.checked = store.off;
    toggle.addEventListener("change", () => { store.off = toggle.checked; });
  }
  const step = (items, by, current) => {
    if (!items.length) return null;
    const at = items.indexOf(current);
    return items[at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, at + by))];
  };
  let lit = null;
  const toMark = (by) => {
    const marks = all(".text mark");
    lit = step(marks, by, lit);
    if (!lit) return;
    lit.setAttribute("tabindex", "-1");
    lit.focus({ preventScroll: true });
    lit.scrollIntoView({ block: "center" });
  };
  const toHit = (by) => {
    const links = all(".hit .go");
    const next = step(links, by, document.activeElement);
    if (next) next.focus();
  };
  const KEYS = {
    "/": () => { if (input) { input.focus(); input.select(); } },
    j: () => toHit(1), k: () => toHit(-1),
    n: () => toMark(1), p: () => toMark(-1),
    t: () => { const first = $(".outline a"); if (first) { first.focus(); } },
    "?": () => { location.href = "/help#keys"; },
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing || store.off || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  // ---- the outline follows what is read
  const outline = $(".outline");
  if (outline && "IntersectionObserver" in window) {
    const links = new Map(all("a", outline).map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    let current = null;
    const follow = new IntersectionObserver((entries) => {
      const seen = entries.find((entry) => entry.isIntersecting && links.has(entry.target.id));
      if (!seen) return;
      current?.removeAttribute("aria-current");
      current = links.get(seen.target.id);
      current.setAttribute("aria-current", "true");
      const box = current.closest("details");
      if (box && matchMedia("(min-width: 64rem)").matches) box.open = true;
      if (outline.scrollHeight > outline.clientHeight) {
        outline.scrollTop = current.offsetTop - outline.offsetTop - outline.clientHeight / 2;
      }
    }, { rootMargin: "-10% 0px -75% 0px" });
    for (const block of all(".block[id]")) follow.observe(block);
  }
})();
