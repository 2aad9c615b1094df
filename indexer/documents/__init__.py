"""Reading a text as a policy document: its facts, its outline, what it cites, its versions."""
