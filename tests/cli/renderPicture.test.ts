import { noColour, ansi } from "../../cli/colour";
import { rangeText, renderPicture } from "../../cli/renderPicture";
import { ordinalsText } from "../../core/ordinals";
import { rangeOf } from "../../core/ordinals";

function picture(start: number, replicas: number, cutoverIndex: number, columns = 80): string[] {
  const set = { start, replicas };
  const halves = {
    source: rangeOf("source", set, cutoverIndex),
    destination: rangeOf("destination", set, cutoverIndex),
  };
  return renderPicture({ set, ...halves, moved: [] }, { columns, palette: noColour });
}

test("one cell an ordinal, a dot where it does not live", () => {
  expect(picture(0, 6, 4)).toEqual(["  source       0 1 2 3 . .", "  destination  . . . . 4 5"]);
  expect(picture(0, 3, 3)).toEqual(["  source       0 1 2", "  destination  . . ."]);
  expect(picture(0, 3, 0)).toEqual(["  source       . . .", "  destination  0 1 2"]);
});

test("cells are as wide as the highest ordinal of a set that starts later", () => {
  expect(picture(9, 3, 10)).toEqual(["  source        9  .  .", "  destination   . 10 11"]);
});

test("a set too wide for the columns becomes two bars to scale", () => {
  expect(picture(0, 100, 47, 60)).toEqual([
    "  source       0-46 (47)   ################.................",
    "  destination  47-99 (53)  ................#################",
  ]);
});

test.each([60, 80, 200])("no row is wider than %i columns, and no range that is not empty is invisible", (columns) => {
  for (const replicas of [1, 6, 30, 100, 1000]) {
    for (const index of [0, 1, Math.floor(replicas / 2), replicas - 1, replicas]) {
      const rows = picture(0, replicas, index, columns);
      expect(rows.every((row) => row.length <= columns)).toBe(true);
      if (rows[0]?.includes("(")) expect(rows[0].includes("#")).toBe(index > 0);
      if (rows[1]?.includes("(")) expect(rows[1].includes("#")).toBe(index < replicas);
    }
  }
});

test("what moved is bold", () => {
  const rows = renderPicture(
    {
      set: { start: 0, replicas: 2 },
      source: { start: 0, replicas: 1 },
      destination: { start: 1, replicas: 1 },
      moved: [1],
    },
    { columns: 80, palette: ansi },
  );
  expect(rows).toEqual([
    "  source      \u001b[36m 0\u001b[39m\u001b[2m .\u001b[22m",
    "  destination \u001b[2m .\u001b[22m\u001b[1m\u001b[36m 1\u001b[39m\u001b[22m",
  ]);
});

test("ranges in words", () => {
  expect(rangeText({ start: 4, replicas: 0 })).toBe("none");
  expect(rangeText({ start: 4, replicas: 1 })).toBe("4 (1)");
  expect(rangeText({ start: 4, replicas: 3 })).toBe("4-6 (3)");
  expect(ordinalsText({ start: 4, replicas: 0 })).toBe("no ordinal");
  expect(ordinalsText({ start: 4, replicas: 1 })).toBe("ordinal 4");
  expect(ordinalsText({ start: 4, replicas: 3 })).toBe("ordinals 4 to 6");
});
