package dev.mneme.api.mem0;

import java.util.Locale;

/// The two spellings that mem0's clients mix: `user_id` and `userId`.
final class Spelling {
    private Spelling() {}

    static String camel(String snake) {
        StringBuilder camel = new StringBuilder(snake.length());
        boolean up = false;
        for (int i = 0; i < snake.length(); i++) {
            char c = snake.charAt(i);
            if (c == '_') {
                up = true;
            } else {
                camel.append(up ? Character.toUpperCase(c) : c);
                up = false;
            }
        }
        return camel.toString();
    }

    static String snake(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
