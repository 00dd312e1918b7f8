type Child = Node | string | null | undefined | false;

/** Attributes are set as text and children are appended as nodes: what a file's name or a reason says never becomes markup. */
export function h(
  tag: string,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: Child[]
): HTMLElement {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

export function svg(
  tag: string,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: Child[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, children);
  return element;
}

function fill(element: Element, attributes: Record<string, string | boolean | undefined>, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === 'style') {
      // By the object model: a strict content policy refuses the attribute.
      (element as HTMLElement).style.cssText = String(value);
      continue;
    }
    element.setAttribute(name, value === true ? '' : value);
  }
  element.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  );
}
