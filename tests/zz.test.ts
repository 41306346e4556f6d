import { FAKE, killUpgrades } from "./crash/killed-upgrades.ts";
const v = await killUpgrades({ everyNth: 61, ground: FAKE });
console.log(v);
