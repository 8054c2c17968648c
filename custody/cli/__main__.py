from custody.cli.entry import main

main()
