import { h, render, type Node } from "./dom";
import { Store } from "./store";
import settings from "../settings.json";
import "./style.css";
import * as shapes from "./shapes";

interface Todo {
  readonly id: number;
  title: string;
  done?: boolean;
}

enum Filter {
  All = "all",
  Open = "open",
  Done = "done",
}

const store = new Store<{ todos: Todo[]; filter: Filter }>({ todos: [], filter: Filter.All });

function visible({ todos, filter }: { todos: Todo[]; filter: Filter }): Todo[] {
  switch (filter) {
    case Filter.Open:
      return todos.filter((todo) => !todo.done);
    case Filter.Done:
      return todos.filter((todo) => todo.done ?? false);
    default:
      return todos;
  }
}

const Item = ({ todo: { id, title, done = false }, ...rest }: { todo: Todo; [key: string]: unknown }): Node => (
  <li key={id} class={done ? "done" : undefined} {...rest}>
    {title} <em>{`#${id.toString().padStart(settings.digits, "0")}`}</em>
  </li>
);

function App(): Node {
  const state = store.value;
  return (
    <>
      <h1>{settings.title}</h1>
      <ul>
        {visible(state).map((todo) => (
          <Item todo={todo} data-area={shapes.area({ kind: "circle", radius: todo.id })} />
        ))}
      </ul>
    </>
  );
}

store.subscribe(() => console.log(render(<App />)));
for (const [index, title] of settings.first.entries()) {
  store.update((state) => ({ ...state, todos: [...state.todos, { id: index + 1, title, done: index % 2 === 1 }] }));
}
store.update((state) => ({ ...state, filter: Filter.Done }));

if (process.env.NODE_ENV !== "production") {
  import("./debug").then(({ inspect }) => inspect(store));
}
