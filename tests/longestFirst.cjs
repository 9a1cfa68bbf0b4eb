const { default: Sequencer } = require("@jest/test-sequencer");

/** What takes longest begins first, also where no earlier run tells: otherwise one worker has nothing left to do at the end. */
const long =
  /\/(rules|trouble|schedules|protocol\.exhaustive|protocol\.advice|walk|begunMove|fromCluster|rehearse)\.test\.ts$/;

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => long.test(path)), ...sorted.filter(({ path }) => !long.test(path))];
  }
};
