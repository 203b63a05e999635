package dev.mneme.server.config;

import dev.mneme.core.model.MnemeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Optional;

/// The flags: `--name value`, `--name=value`, or, for settings that are true or false, `--name` alone, which means
/// true.
///
/// @param values by flag as typed, the last of each, without `--config`
record ConfigFlags(Optional<String> config, Map<String, String> values) {
    static ConfigFlags parse(List<String> flags) {
        Map<String, String> values = new LinkedHashMap<>();
        ListIterator<String> words = flags.listIterator();
        while (words.hasNext()) {
            String word = words.next();
            if (!word.startsWith("--")) {
                throw MnemeException.invalid(word, "'" + word + "' is no flag: settings look like --port 8765.");
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            values.put(name, equals < 0 ? value(name, words) : word.substring(equals + 1));
        }
        Optional<String> config = Optional.ofNullable(values.remove("--config"));
        return new ConfigFlags(config, values);
    }

    private static String value(String name, ListIterator<String> words) {
        if (!name.equals("--config") && ConfigSources.isSwitch(name) && !saysMore(words)) {
            return "true";
        }
        if (!words.hasNext()) {
            throw MnemeException.invalid(name, name + " needs a value.");
        }
        return words.next();
    }

    /// Whether the next word is a value, rather than a flag.
    private static boolean saysMore(ListIterator<String> words) {
        if (!words.hasNext()) {
            return false;
        }
        boolean flag = words.next().startsWith("--");
        words.previous();
        return !flag;
    }
}
