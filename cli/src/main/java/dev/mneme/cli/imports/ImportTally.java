package dev.mneme.cli.imports;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.client.JsonText;

/// The results of an import's rows.
///
/// @param added rows that are new
/// @param known rows that were already there
/// @param first why the first refused row was refused; `OK` while there is none
record ImportTally(long added, long known, long refused, ExitStatus first) {
    static final ImportTally NONE = new ImportTally(0, 0, 0, ExitStatus.OK);

    ImportTally in(long newlyAdded, long newlyKnown) {
        return new ImportTally(added + newlyAdded, known + newlyKnown, refused, first);
    }

    ImportTally refuse(ExitStatus why) {
        return new ImportTally(added, known, refused + 1, refused == 0 ? why : first);
    }

    /// How many are in the server.
    long in() {
        return added + known;
    }

    /// Prints it at the end.
    void print(Session session, ImportFormat format) {
        if (session.json()) {
            session.printJson(JsonText.object(json -> {
                json.writeStringField("format", format.typed());
                json.writeNumberField("added", added);
                json.writeNumberField("known", known);
                json.writeNumberField("refused", refused);
            }));
        } else if (!session.quiet()) {
            session.console()
                    .print("Imported " + added + (known > 0 ? ", there already " + known : "")
                            + (refused > 0 ? ", refused " + refused : "") + ".");
        }
    }
}
