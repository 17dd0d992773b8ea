export type Node = string | number | boolean | null | undefined | Element | Node[];
export interface Element {
  tag: string | null;
  attributes: Record<string, unknown>;
  children: Node[];
}

type Component = (props: any) => Node;

const escapes: { readonly [c: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string) => text.replace(/[&<>"]/g, (c) => escapes[c]!);
const empty = /^(?:br|hr|img|input)$/u;

export function h(tag: string | Component | null, attributes: Record<string, unknown> | null, ...children: Node[]): Node {
  return typeof tag === "function" ? tag({ ...attributes, children }) : { tag, attributes: attributes ?? {}, children };
}

export function render(node: Node): string {
  if (node == null || typeof node === "boolean") return "";
  if (Array.isArray(node)) return node.map(render).join("");
  if (typeof node !== "object") return escape(String(node));
  const inner = render(node.children);
  if (node.tag === null) return inner;
  let open = node.tag;
  for (const [name, value] of Object.entries(node.attributes)) {
    if (value !== undefined && value !== false) open += ` ${name}="${escape(`${value}`)}"`;
  }
  return empty.test(node.tag) ? `<${open}/>` : `<${open}>${inner}</${node.tag}>`;
}
