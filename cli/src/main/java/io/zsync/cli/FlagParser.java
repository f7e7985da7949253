package io.zsync.cli;

import com.beust.jcommander.IStringConverter;
import com.beust.jcommander.JCommander;
import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParameterDescription;
import com.beust.jcommander.ParameterException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills a command's flags through JCommander. On its own JCommander takes unknown options for paths, trims and unquotes
 * paths, splits at commas, expands {@code @} and knows no bundled letters; so it only ever sees words written here: known
 * names, and {@code #N} in place of the Nth word that the user chose. Used once, by one thread.
 */
final class FlagParser {
    private final String command;
    private final Object flags;
    private final Map<String, String> refused = new HashMap<>();
    private Function<String, @Nullable String> pointing = name -> null;
    private final Map<String, ParameterDescription> options = new HashMap<>();
    private final Set<ParameterDescription> seen = new HashSet<>();
    private final List<Option> chosen = new ArrayList<>();
    private final List<String> canonical = new ArrayList<>();

    /**
     * @param flags an object with JCommander's annotations; values and paths are of type {@link Argument}, those of an
     *     option that may be repeated a list of them, or of {@link Option} where its name matters
     */
    FlagParser(String command, Object flags) {
        this.command = command;
        this.flags = flags;
    }

    /** Names options that have no place behind this command, and why. */
    FlagParser refusing(List<String> names, String why) {
        names.forEach(name -> refused.put(name, why));
        return this;
    }

    /** Tells the way of this program to who types options that only another program has; null for any other. */
    FlagParser pointing(Function<String, @Nullable String> wayOut) {
        pointing = wayOut;
        return this;
    }

    private @Nullable IStringConverter<?> converter(Parameter parameter, Class<?> type, String name) {
        if (type == Argument.class) {
            return word -> chosen(word).value();
        }
        return type == Option.class ? this::chosen : null;
    }

    private Option chosen(String standIn) {
        return chosen.get(Integer.parseInt(standIn.substring(1)));
    }

    void parse(List<Argument> words) throws UsageError {
        JCommander jcommander = new JCommander(flags);
        jcommander.setExpandAtSign(false);
        jcommander.addConverterInstanceFactory(this::converter);
        for (ParameterDescription option : jcommander.getParameters()) {
            for (String name : option.getParameter().names()) {
                options.put(name, option);
            }
        }
        rewrite(words);
        try {
            jcommander.parse(canonical.toArray(String[]::new));
        } catch (ParameterException e) {
            // Nothing that a user types gets here: the words were all checked above.
            throw new IllegalStateException("JCommander refused " + canonical + ": " + e.getMessage(), e);
        }
    }

    /** Refuses options for which the words that came with them leave no place, and says why. */
    void refuse(List<String> names, String why) throws UsageError {
        for (String name : names) {
            if (seen.contains(options.get(name))) {
                throw new UsageError(command + " " + name + ": " + why, help());
            }
        }
    }

    private void rewrite(List<Argument> words) throws UsageError {
        int at = 0;
        boolean optionsEnded = false;
        while (at < words.size()) {
            Argument word = words.get(at++);
            String text = word.text();
            if (optionsEnded || !text.startsWith("-") || text.equals("-")) {
                canonical.add(standIn("", word));
            } else if (text.equals("--")) {
                optionsEnded = true;
            } else if (!text.startsWith("--")) {
                addLetters(text);
            } else if (addLong(word, at < words.size() ? words.get(at) : null)) {
                at++;
            }
        }
    }

    private void addLetters(String bundle) throws UsageError {
        for (int i = 1; i < bundle.length(); i++) {
            String name = "-" + bundle.charAt(i);
            ParameterDescription option = known(name);
            if (seen.add(option)) {
                canonical.add(name);
            } else if (options.containsKey(name + bundle.charAt(i))) {
                // Repeating the letter means more of it: -v -v is -vv.
                addOnce(name + bundle.charAt(i));
            }
        }
    }

    private void addOnce(String name) throws UsageError {
        if (seen.add(known(name))) {
            canonical.add(name);
        }
    }

    /** Whether the following word was taken as the option's value. */
    private boolean addLong(Argument word, @Nullable Argument following) throws UsageError {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word.text() : word.to(equals).text();
        ParameterDescription option = known(name);
        Class<?> type = option.getParameterized().getType();
        if (type == boolean.class) {
            if (equals >= 0) {
                throw new UsageError(command + " " + name + ": takes no value", help());
            }
            addOnce(name);
            return false;
        }
        Argument value = equals < 0 ? following : word.from(equals + 1);
        if (value == null || value.isEmpty()) {
            throw new UsageError(command + " " + name + ": a value is missing", help());
        }
        if (!seen.add(option) && type != List.class) {
            throw new UsageError(command + " " + name + ": given more than once", help());
        }
        canonical.add(name);
        canonical.add(standIn(name, value));
        return equals < 0;
    }

    private ParameterDescription known(String name) throws UsageError {
        String why = refused.get(name);
        ParameterDescription option = options.get(name);
        if (option != null && why == null) {
            return option;
        }
        String prefix = command + " " + Argument.of(name) + ": ";
        if (why != null) {
            throw new UsageError(prefix + why, help());
        }
        String wayOut = pointing.apply(name);
        if (wayOut != null) {
            throw new UsageError(prefix + "an option of rsync alone", wayOut);
        }
        String near = Nearest.to(name, options.keySet());
        throw new UsageError(prefix + "no such option", (near == null ? "" : "Is it " + near + "? ") + help());
    }

    private String standIn(String option, Argument word) {
        chosen.add(new Option(option, word));
        return "#" + (chosen.size() - 1);
    }

    private String help() {
        return Judge.helpOf(command) + " lists the options.";
    }
}
