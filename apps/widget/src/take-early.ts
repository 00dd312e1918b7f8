/**
 * Takes what a page set on an element before the script defined it. It lies there as a property of the element's own, and
 * would hide the accessor of the same name for good.
 */
export function takeEarly<T>(element: object, name: string): T | null {
  if (!Object.hasOwn(element, name)) return null;
  const value = Reflect.get(element, name) as T | null | undefined;
  Reflect.deleteProperty(element, name);
  return value ?? null;
}
