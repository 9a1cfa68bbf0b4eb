import pulumi from "@pulumi/eslint-plugin";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** The house from the ground up: what is in a room imports from that room and from those named before it. */
const rooms = [
  "core/*.ts",
  ...[
    "protocol",
    "volumes",
    "set",
    "adopt",
    "manifests",
    "project",
    "contract",
    "protections",
    "gates",
    "finish",
    "doctor",
    "status",
  ].map((room) => `core/${room}/**`),
  ...["live/client/**", "live/*.ts", "live/survey/**", "live/gates/**", "live/finish/**", "live/doctor/**"],
  ...[
    "settings/**",
    "{settings,input}.ts",
    "components/**",
    "plan/**",
    "{cutover,declareHalf,program,ground,startup,index,library}.ts",
  ],
  ...["apiServer", "controllers", "cluster", "engine"].map((room) => `rehearsal/${room}/**`),
  ...["rehearsal/*.ts", "driver/**", "cli/**", "dev/**", "tests/**"],
];

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", "coverage/", ".cache/"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
    },
  },
  {
    files: ["**/*.ts"],
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js"] })],
      "import-x/extensions": [".ts"],
    },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: rooms.slice(0, -1).map((room, index) => ({
            target: `./${room}`,
            from: rooms.slice(index + 1).map((above) => `./${above}`),
            message: "Imports point down: the rooms and their order are in eslint.config.mjs and CONTRIBUTING.md.",
          })),
        },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "import-x/consistent-type-specifier-style": ["error", "prefer-top-level"],
    },
  },
  {
    files: ["core/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^(node:|@|pulumi)", message: "core/ decides: it knows nothing but its arguments." }] },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExpressionStatement > CallExpression[callee.name=/^check[A-Z]/]",
          message: "What a check finds is lost here, and the check does not even run: yield* it",
        },
      ],
    },
  },
);
