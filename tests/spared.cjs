// In place of what startup.ts spares, which costs most of the time that a test takes to load the SDK. Nothing uses it here.
module.exports = new Proxy(
  {},
  {
    get: (_, member) => {
      if (member === "__esModule") return true;
      throw new Error(`${String(member)} is of a module that the SDK loads for others: see jest.config.js`);
    },
  },
);
