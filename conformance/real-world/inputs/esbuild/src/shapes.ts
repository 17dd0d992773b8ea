type Shape = { kind: "circle"; radius: number } | { kind: "box"; width: number; height: number } | { kind: "path"; points: bigint[] };

namespace Units {
  export const TURN = Math.PI * 2;
  export const exact = 0x1fn ** 2n;
}

export const area = (shape: Shape): number => {
  switch (shape.kind) {
    case "circle":
      return (Units.TURN / 2) * shape.radius ** 2;
    case "box":
      return shape.width * shape.height;
    case "path":
      return Number(shape.points.reduce((sum, point) => sum + point * Units.exact, 0n));
  }
};

// Nothing uses this: a bundler leaves it out.
export function perimeter({ width, height }: { width: number; height: number }) {
  outer: for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 10; j++) if (i * j === 42) break outer;
  }
  return 2 * (width + height);
}
