"""How the network that knows photos is trained: `practice` draws its lessons (`scenes`), and lets it learn."""
