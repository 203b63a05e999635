export const definePluginEntry = (entry) => entry;
