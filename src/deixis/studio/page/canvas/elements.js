/** @file Elements are made here, with text as text and never as markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {{[name: string]: string | number | boolean | undefined}} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** What has the focus, in a page or in a shadow of it as notebooks make them. @param {HTMLElement} near */
export function focusedNear(near) {
  const root = near.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
}
