package dev.mneme.cli.option;

import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.client.JsonView;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Checks what was typed before anything is sent.
public final class Typed {
    private Typed() {}

    /// The text of an option that takes a JSON object; null stays null.
    public static @Nullable String object(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            if (JsonView.parse(text).isObject()) {
                return text;
            }
        } catch (IOException notJson) {
            throw new Failure(ExitStatus.USAGE, objectWanted(option), notJson);
        }
        throw Failure.usage(objectWanted(option));
    }

    private static String objectWanted(String option) {
        return option + " takes a JSON object, for example " + option + " '{\"source\":\"chat\"}'.";
    }

    public static void within(String option, @Nullable Number value, double least, double most) {
        if (value != null && !(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw Failure.usage(option + " must be " + plain(least) + " to " + plain(most) + ", was " + value + ".");
        }
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}
