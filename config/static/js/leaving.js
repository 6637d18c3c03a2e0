// The page that takes a message to a provider of single sign-on: its form sends itself; without this, its button does.
document.querySelector("form[data-leaves]")?.requestSubmit();
