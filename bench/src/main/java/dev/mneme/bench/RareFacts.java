package dev.mneme.bench;

import dev.mneme.bench.RetrievalSet.Asked;
import dev.mneme.bench.RetrievalSet.Item;
import dev.mneme.bench.RetrievalSet.OwnerData;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Facts with an identifier or a name that one memory alone holds, and to each a question that names it among words
/// of other facts, so that those are nearer by meaning.
final class RareFacts {
    private static final String[][] FACTS = {
        {"E4107: renew it in the admin console.", "Which error comes from the licence server, and what about E4107?"},
        {"Licence errors come from the server in the cellar.", ""},
        {"The error of the licence server is annoying.", ""},
        {"OPS-2291 was closed without a change.", "How did the ticket about the slow search end, OPS-2291?"},
        {"The ticket about the slow search ended well.", ""},
        {"krypton-07 has a new disk.", "Which backup machine got more memory, was it krypton-07?"},
        {"The backup machine got more memory in May.", ""},
        {"krypton-17 was switched off.", "Does our mail relay krypton-17 still run?"},
        {"Our mail relay runs in Frankfurt.", ""},
        {"Ask Quillfeather first.", "Does the design team have to talk to Quillfeather about its plans?"},
        {"Holidays in the design team are approved by Anna.", ""},
        {"Order 88213 was sent back.", "When does the parcel with the shoes arrive, order 88213?"},
        {"The parcel with the shoes arrives on Monday.", ""},
        {"db-eu-3 is read only.", "May I write to the customer database on db-eu-3?"},
        {"The customer database is written to at night.", ""},
        {"Invoice RE-5518 was paid twice.", "What went wrong with the electricity bill RE-5518?"},
        {"The electricity bill is too high this year.", ""},
        {"KX4-9Q opens the bicycle cellar.", "What is the code KX4-9Q for, the front door?"},
        {"The front door has a code with four digits.", ""},
        {"Commit 9f3e2ab broke the login page.", "Who fixed the login after 9f3e2ab?"},
        {"The login was fixed by Priya.", ""},
        {"Szymborska is missing on the shelf.", "Which poems by Szymborska did I lend to somebody?"},
        {"I lent my book of poems to Tom.", ""},
        {"Port 6543 is for the pooler.", "What else runs on the database host, on port 6543?"},
        {"The database host runs the cache as well.", ""},
    };

    private RareFacts() {}

    static List<OwnerData> owners() {
        List<Item> items = new ArrayList<>();
        List<Asked> questions = new ArrayList<>();
        for (String[] fact : FACTS) {
            if (!fact[1].isEmpty()) {
                questions.add(new Asked(fact[1], Set.of(items.size()), null));
            }
            items.add(new Item(fact[0], null));
        }
        return List.of(new OwnerData(items, questions));
    }
}
