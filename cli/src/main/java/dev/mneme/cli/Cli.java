package dev.mneme.cli;

import dev.mneme.cli.command.AddCommand;
import dev.mneme.cli.command.BackupCommand;
import dev.mneme.cli.command.ConflictsCommand;
import dev.mneme.cli.command.ContextCommand;
import dev.mneme.cli.command.DeleteCommand;
import dev.mneme.cli.command.EventsCommand;
import dev.mneme.cli.command.ExportCommand;
import dev.mneme.cli.command.GetCommand;
import dev.mneme.cli.command.HistoryCommand;
import dev.mneme.cli.command.ImportCommand;
import dev.mneme.cli.command.InspectCommand;
import dev.mneme.cli.command.IntegrityCommand;
import dev.mneme.cli.command.KeyCommand;
import dev.mneme.cli.command.ListCommand;
import dev.mneme.cli.command.ModeCommand;
import dev.mneme.cli.command.ResponseCommand;
import dev.mneme.cli.command.SearchCommand;
import dev.mneme.cli.command.StatusCommand;
import dev.mneme.cli.command.Subcommand;
import dev.mneme.cli.command.UpdateCommand;
import dev.mneme.cli.command.VersionCommand;
import dev.mneme.cli.command.WatchCommand;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.client.NoAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// Runs one command line. Only the command that was named is loaded and parsed, which keeps the start short; the
/// overview is a text file.
public final class Cli {
    private static final int MOST_MISTAKES = 2; // in a name for which another one is suggested

    static final List<String> COMMANDS = List.of(
            "serve",
            "status",
            "verify",
            "version",
            "backup",
            "restore",
            "add",
            "search",
            "list",
            "get",
            "update",
            "delete",
            "history",
            "watch",
            "context",
            "mode",
            "response",
            "events",
            "conflicts",
            "integrity",
            "inspect",
            "export",
            "import",
            "key");
    private static final List<String> OPTIONS_WITH_VALUE = List.of("--url", "--key", "--data");
    private static final int HELP_COLUMNS = 100;

    private final Console console;

    Cli(Console console) {
        this.console = console;
    }

    /// Runs the command and returns the exit status. Never throws, unless the JVM itself fails.
    int run(String... args) {
        try {
            return dispatch(List.of(args)).code();
        } catch (Failure failure) {
            console.note(failure.detail());
            trace(failure);
            return failure.status().code();
        } catch (NoAnswer notJson) {
            console.note(notJson.detail());
            trace(notJson);
            return ExitStatus.FAILED.code();
        } catch (RuntimeException bug) {
            console.note("This is a bug in mneme's command line: " + bug + ". MNEME_DEBUG=1 shows where.");
            trace(bug);
            return ExitStatus.FAILED.code();
        } finally {
            console.out().flush();
            console.err().flush();
        }
    }

    private void trace(Throwable failure) {
        if ("1".equals(console.env("MNEME_DEBUG"))) {
            failure.printStackTrace(console.err());
        }
    }

    private ExitStatus dispatch(List<String> args) {
        if (args.equals(List.of("--train"))) {
            return Training.run(console);
        }
        int at = commandAt(args);
        if (at < 0) {
            return withoutCommand(args);
        }
        String name = args.get(at);
        List<String> rest = new ArrayList<>(args);
        rest.remove(at);
        if (name.equals("help")) {
            return dispatch(rest.isEmpty() ? List.of() : with(rest, "--help"));
        }
        if (List.of("serve", "verify", "restore").contains(name)) {
            throw Failure.usage("The server's own program runs this: ./mneme " + name
                    + " in the source folder, or java -jar mneme-server.jar " + name + ".");
        }
        return parseAndRun(command(name), rest);
    }

    private static List<String> with(List<String> args, String more) {
        List<String> all = new ArrayList<>(args);
        all.add(more);
        return all;
    }

    /// Whether this command line asks for the command `name`.
    static boolean isCommand(String name, List<String> args) {
        int at = commandAt(args);
        return at >= 0 && args.get(at).equals(name);
    }

    /// The place of the command's name: the first argument that is neither an option nor an option's value.
    private static int commandAt(List<String> args) {
        for (int i = 0; i < args.size(); i++) {
            if (OPTIONS_WITH_VALUE.contains(args.get(i))) {
                i++;
            } else if (!args.get(i).startsWith("-")) {
                return i;
            }
        }
        return -1;
    }

    private ExitStatus withoutCommand(List<String> args) {
        if (args.contains("--version") || args.contains("-V")) {
            console.print("mneme " + VersionCommand.own());
            return ExitStatus.OK;
        }
        if (args.isEmpty() || args.contains("--help") || args.contains("-h")) {
            console.out().print(overview());
            return ExitStatus.OK;
        }
        throw Failure.usage("Which command? See: mneme --help");
    }

    static String overview() {
        try (InputStream text = Objects.requireNonNull(Cli.class.getResourceAsStream("help.txt"))) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Subcommand command(String name) {
        return switch (name) {
            case "add" -> new AddCommand();
            case "search" -> new SearchCommand();
            case "list" -> new ListCommand();
            case "get" -> new GetCommand();
            case "update" -> new UpdateCommand();
            case "delete" -> new DeleteCommand();
            case "history" -> new HistoryCommand();
            case "watch" -> new WatchCommand();
            case "mode" -> new ModeCommand();
            case "context" -> new ContextCommand();
            case "response" -> new ResponseCommand();
            case "events" -> new EventsCommand();
            case "conflicts" -> new ConflictsCommand();
            case "integrity" -> new IntegrityCommand();
            case "export" -> new ExportCommand();
            case "import" -> new ImportCommand();
            case "inspect" -> new InspectCommand();
            case "key" -> new KeyCommand();
            case "backup" -> new BackupCommand();
            case "status" -> new StatusCommand();
            case "version" -> new VersionCommand();
            default ->
                throw Failure.usage("There is no command '" + name + "'." + suggestion(name) + " See: mneme --help");
        };
    }

    private static String suggestion(String name) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        return COMMANDS.stream()
                .min(Comparator.comparingInt(known -> distance.apply(name, known)))
                .filter(nearest -> distance.apply(name, nearest) <= MOST_MISTAKES)
                .map(nearest -> " Did you mean '" + nearest + "'?")
                .orElse("");
    }

    private ExitStatus parseAndRun(Subcommand command, List<String> args) {
        CommandLine line = commandLine(command);
        try {
            ParseResult parsed = line.parseArgs(args.toArray(String[]::new));
            while (parsed.hasSubcommand()) {
                parsed = parsed.subcommand();
            }
            CommandLine last = parsed.commandSpec().commandLine();
            if (parsed.isUsageHelpRequested()) {
                console.out().print(usage(last));
                return ExitStatus.OK;
            }
            Subcommand asked = last.getCommand();
            return asked.run(console);
        } catch (ParameterException wrong) {
            String name = wrong.getCommandLine().getCommandSpec().qualifiedName();
            throw new Failure(ExitStatus.USAGE, firstLine(wrong) + ". See: mneme " + name + " --help", wrong);
        }
    }

    private static String firstLine(ParameterException wrong) {
        @Nullable String message = wrong.getMessage();
        String line = Arrays.stream(String.valueOf(message).split("\n", 2))
                .findFirst()
                .orElse("");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    private static CommandLine commandLine(Subcommand command) {
        CommandLine line = new CommandLine(command)
                .setExpandAtFiles(false) // a memory may begin with @
                .setTrimQuotes(false)
                .setPosixClusteredShortOptionsAllowed(false)
                .setAbbreviatedOptionsAllowed(false);
        layOut(line);
        line.getSubcommands().values().forEach(Cli::layOut);
        return line;
    }

    private static void layOut(CommandLine line) {
        CommandLine.Model.UsageMessageSpec usage = line.getCommandSpec().usageMessage();
        usage.sortOptions(false);
        usage.synopsisHeading("%nUsage:%n");
        usage.customSynopsis(Arrays.stream(usage.customSynopsis())
                .map(synopsis -> "  " + synopsis)
                .toArray(String[]::new));
        usage.parameterListHeading("%nArguments:%n");
    }

    private String usage(CommandLine line) {
        line.getCommandSpec().usageMessage().width(Math.clamp(console.columns(), 60, HELP_COLUMNS));
        line.getCommandSpec().parser().separator(" "); // shown only: both --user ID and --user=ID are read
        StringWriter text = new StringWriter();
        line.usage(new PrintWriter(text), console.coloured() ? Ansi.ON : Ansi.OFF);
        return text.toString();
    }
}
