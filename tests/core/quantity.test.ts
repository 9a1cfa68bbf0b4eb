import { canonicalSize } from "../../core/quantity";

test.each([
  ["1Gi", "1Gi"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["0.5Gi", "512Mi"],
  ["10240Gi", "10Ti"],
  ["1000M", "1G"],
  ["1000k", "1M"],
  ["1500M", "1500M"],
  ["1000000", "1M"],
  ["1073741824", "1073741824"],
  ["1e9", "1e9"],
  ["0.3Ki", "0.3Ki"],
  ["1500000", "1500k"],
  ["0", "0"],
  ["100m", "100m"],
])("%s is stored as %s", (written, stored) => {
  expect(canonicalSize(written)).toBe(stored);
});
